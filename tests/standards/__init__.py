"""`docs/standards.md`: which test proves which section, and what we leave out.

Read from the `@pytest.mark.spec(...)` markers without running a test:
`python -m tests.standards > docs/standards.md`, or `make standards`.
"""
