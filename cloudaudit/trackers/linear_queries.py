"""What Linear is asked. Its limit for one question is 10,000 points ("Rate limiting" at linear.app/developers): a tenth
for a property, one for an object, times what lists may hold; a page of tickets costs about 4,500."""

PREFIX = "https://cloudaudit.invalid/"
"""Addresses of our attachments: a key follows. No such name can be registered (RFC 2606)."""

_ISSUE = """
fragment Ticket on Issue {
  id identifier url title description createdAt archivedAt trashed
  state { id name type position }
  labels(first: 30) { nodes { id name } }
  attachments(first: 5, filter: {url: {startsWith: "PREFIX"}}) { nodes { metadata } }
}""".replace("PREFIX", PREFIX)

WORKSPACE = "query Workspace { organization { urlKey } }"

TEAM = """
query Team($key: String!) {
  teams(filter: {key: {eq: $key}}) {
    nodes { id visibility states(first: 100) { nodes { id name type position } } }
  }
  all: teams(first: 50) { nodes { key } }
}"""

TICKETS = (
    """
query Tickets($team: String!, $after: String) {
  issues(
    first: 100
    after: $after
    includeArchived: true
    filter: {team: {key: {eq: $team}}, attachments: {some: {url: {startsWith: "PREFIX"}}}}
  ) {
    nodes { ...Ticket }
    pageInfo { hasNextPage endCursor }
  }
}""".replace("PREFIX", PREFIX)
    + _ISSUE
)

TICKET = (
    """
query Ticket($id: ID!) {
  issues(first: 1, includeArchived: true, filter: {id: {eq: $id}}) { nodes { ...Ticket } }
}"""
    + _ISSUE
)

CREATE = (
    """
mutation Create($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { ...Ticket } }
}"""
    + _ISSUE
)

UPDATE = "mutation Update($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"

RESTORE = "mutation Restore($id: String!) { issueUnarchive(id: $id) { success } }"

REMEMBER = "mutation Remember($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }"

COMMENT = "query Comment($id: ID!) { comments(first: 1, filter: {id: {eq: $id}}) { nodes { id } } }"

SAY = "mutation Say($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"

LABELS = """
query Labels($names: [String!]) {
  issueLabels(first: 100, filter: {name: {in: $names}}) { nodes { id name team { id } } }
}"""

LABEL = """
mutation Label($input: IssueLabelCreateInput!) {
  issueLabelCreate(input: $input) { success issueLabel { id } }
}"""

PERSON = "query Person($email: String!) { users(first: 1, filter: {email: {eqIgnoreCase: $email}}) { nodes { id } } }"

PROJECT = "query Project($name: String!) { projects(first: 1, filter: {name: {eqIgnoreCase: $name}}) { nodes { id } } }"
