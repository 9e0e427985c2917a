"""The account area: what somebody signed in sees of their account, and may change.

Each page calls the services that REST calls.
"""
