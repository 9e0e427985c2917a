def missing(*a):
    return []


def grant(*a):
    pass
