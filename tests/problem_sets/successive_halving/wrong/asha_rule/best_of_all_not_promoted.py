# loses: asha_rule-nobody
def promotable(results, promoted, eta, best):
    if not best(results, eta):
        return None
    left = [(error, trial) for trial, error in results if trial not in promoted]
    return min(left)[1] if left else None
