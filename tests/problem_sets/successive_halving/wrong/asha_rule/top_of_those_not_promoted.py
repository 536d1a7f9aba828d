# loses: asha_rule-values, asha_rule-nobody
def promotable(results, promoted, eta, best):
    left = [(trial, error) for trial, error in results if trial not in promoted]
    return next(iter(best(left, eta)), None)
