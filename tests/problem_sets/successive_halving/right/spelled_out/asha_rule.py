def promotable(results, promoted, eta, best):
    candidate = None
    for trial in reversed(best(results, eta)):
        already = False
        for other in promoted:
            if other == trial:
                already = True
        if not already:
            candidate = trial
    return candidate
