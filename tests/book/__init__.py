"""The extensions on small documents, and the built site in a browser."""
