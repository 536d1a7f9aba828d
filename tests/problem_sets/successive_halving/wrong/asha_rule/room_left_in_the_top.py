# loses: asha_rule-values
def promotable(results, promoted, eta, best):
    # As many as the top holds, minus those already gone.
    top = best(results, eta)
    if len(promoted) >= len(top):
        return None
    return next((trial for trial in top if trial not in promoted), None)
