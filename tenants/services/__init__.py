"""What can be done to tenants and what belongs to them: one module a noun.

Every endpoint, admin action and command calls these. Each function owns its transaction,
records its event and tells the apps above by a signal, the last thing before the commit.
`acting_user` None is the system or the command line, and may do everything.
"""
