"""The instrument as a link: a static folder in which a browser plays models, without a server."""
