// Placeholder, replaced when the module is built.
