"""A stock django-oauth-toolkit project, as its documentation describes it."""
