# A Redmine for tests: in an empty database of its own, with people, roles, a workflow and a field, and served.
# Started by redmine_server.py in Redmine's folder; the keys of the API come from the environment.

require "./config/environment"

def make_person(login, role, key, admin: false)
  person = User.new(firstname: login.capitalize, lastname: "Tester", mail: "#{login}@example.com", admin: admin)
  person.login = login
  person.password = person.password_confirmation = key
  person.save!
  Token.create!(user: person, action: "api").update_columns(value: key)
  Member.create!(user: person, project: $shop, roles: [role]) if role
  person
end

# No thread but the one that answers: another one would find the database locked.
ActiveJob::Base.queue_adapter = :inline
ActionMailer::Base.perform_deliveries = false
ActiveRecord::Base.connection.execute("PRAGMA journal_mode = WAL")
ActiveRecord::Migration.verbose = false
ActiveRecord::Base.connection.migration_context.migrate
ActiveRecord::Base.descendants.each(&:reset_column_information)
Redmine::DefaultData::Loader.load("en")
Setting.rest_api_enabled = "1"
Setting.default_language = "en"
Setting.notified_events = []
User.find_by(login: "admin").update!(must_change_passwd: false)

$shop = Project.create!(name: "Shop", identifier: "shop", enabled_module_names: %w[issue_tracking], trackers: Tracker.all)
manager = Role.find_by(name: "Manager")
rights = %i[view_issues add_issues edit_issues add_issue_notes set_issues_private]
auditor = Role.create!(name: "Auditor", permissions: rights, issues_visibility: "all")
WorkflowTransition.where(role: manager).find_each do |one|
  WorkflowTransition.create!(one.attributes.except("id", "role_id").merge(role_id: auditor.id))
end
make_person("root", nil, ENV.fetch("ROOT"), admin: true)
make_person("auditor", auditor, ENV.fetch("AUDITOR"))
make_person("ann", manager, ENV.fetch("ANN"))
IssueCustomField.create!(
  name: "cloudaudit", field_format: "text", is_filter: true, trackers: Tracker.all, projects: [$shop],
  visible: false, roles: [auditor]
)

# What a page shows of a text in a markup, and whom it calls.
class Shown
  def call(env)
    request = Rack::Request.new(env)
    markup = request.GET["markup"]
    User.current = User.find_by(login: "ann")
    Setting.text_formatting = markup unless Setting.text_formatting == markup
    issue = Issue.new(project: $shop, description: request.body.read.force_encoding("UTF-8"))
    page = ApplicationController.renderer.render(inline: "<%= textilizable(@issue, :description) %>", assigns: { issue: issue })
    called = issue.send(:scan_for_mentioned_users, issue.description).reject(&:empty?)
    [200, { "Content-Type" => "text/html", "X-Called" => called.join(" ") }, [page]]
  end
end

map("/shown") { run Shown.new }
map("/") { run Rails.application }
