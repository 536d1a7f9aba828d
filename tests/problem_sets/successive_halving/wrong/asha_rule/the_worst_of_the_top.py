# loses: asha_rule-values
def promotable(results, promoted, eta, best):
    left = [trial for trial in best(results, eta) if trial not in promoted]
    return left[-1] if left else None
