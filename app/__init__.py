"""The Bloodcount application: pages, API, database, jobs and command line around the ``model`` package."""
