"""What stands between HTTP and the services: application context, pages, problems, middleware and view-models."""
