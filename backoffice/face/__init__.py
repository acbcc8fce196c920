"""Building blocks of the pages: badges, filters, read-only pages, related tables, buttons with a permission.

What an admin class needs of it:

* `backoffice.face.admin`: `MirrorAdmin` (rows of the provider), `ReadOnlyAdmin` (rows of ours that people only read)
* `backoffice.face.badges`: how a status, an amount, a moment, an id is shown
* `backoffice.face.columns`: `@column`, for a list's columns
* `backoffice.face.filtering`: `FilteredAdmin`, and filters that every list needs
* `backoffice.face.tables`: `RelatedTable`, `Column`
* `backoffice.face.actions`: `ObjectView`, `ListView`, `render_form_page`
"""
