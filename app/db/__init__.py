"""The database: records (ORM), repositories (queries) and the unit of work."""
