"""The mutations by name."""

from collections.abc import Mapping

from tests.mutations import dialects, documents, forms, layout, places, separate, shapes
from tests.mutations.writing import Mutation, after, in_json

EQUIVALENT: Mapping[str, Mutation] = {
    "comments and another format": layout.other_format,
    "heredocs": layout.heredocs,
    "blocks in the reversed order": layout.reversed_order,
    "two files": layout.two_files,
    "JSON syntax": layout.json_syntax,
    "other local names": layout.other_names,
    "for_each of one": shapes.for_each,
    "count = 1": shapes.count,
    "a module": shapes.module,
    "a module with arguments": places.module_arguments,
    "dynamic blocks": shapes.dynamic_blocks,
    "dynamic blocks with values": shapes.dynamic_values,
    "dynamic blocks without members": forms.empty_dynamic_blocks,
    "local values": places.locals_,
    "variables with defaults": places.variables,
    "variables in a file": places.variable_files,
    "longer expressions": forms.longer_expressions,
    "text for numbers and booleans": forms.quoted,
    "numbers and booleans for text": forms.unquoted,
    "null for what is left out": forms.nulls,
    "jsonencode": documents.encoded_documents,
    "documents as text": documents.documents_as_text,
    "sets in another order": forms.reversed_sets,
    "settings inside of buckets and roles": dialects.inline_settings,
    "rules of groups apart": separate.rules,
    "rules of groups by source": separate.one_source_rules,
    "routes apart": separate.routes,
    "rules of network ACLs apart": separate.acl_rules,
    "routes and rules apart, a module": after(after(separate.routes, separate.rules), shapes.module),
    "rules of groups by source, for_each, a module": after(
        after(separate.one_source_rules, shapes.for_each), shapes.module
    ),
    "JSON syntax, dynamic blocks": in_json(shapes.dynamic_values),
    "JSON syntax, a module with arguments": in_json(places.module_arguments),
    "JSON syntax, variables in a file": in_json(places.variable_files),
    "JSON syntax, for_each of one": in_json(shapes.for_each),
    "JSON syntax, nulls": in_json(forms.nulls),
    "a module, for_each of one, local values": after(after(places.locals_, shapes.for_each), shapes.module),
    "a module, dynamic blocks, variables": after(after(shapes.dynamic_values, places.variables), shapes.module),
    "count, longer expressions, other names": after(after(forms.longer_expressions, layout.other_names), shapes.count),
    "3.x, for_each, a module": after(after(dialects.inline_settings, shapes.for_each), shapes.module),
    "local values, reversed": after(places.locals_, layout.reversed_order),
}
"""After these the verdict must be the same."""
