"""The house rules of CONTRIBUTING.md, as tests.

Each rule is a function from a parsed module to its offences. Each is applied to the whole
tree, and once to a sample that breaks it, so that a rule which stops biting is noticed.
"""
