"""The project's own small linters. Each module has `problems(root)`: sentences with their place."""
