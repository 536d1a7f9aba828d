# loses: asha_rule-values, asha_rule-nobody
def promotable(results, promoted, eta, best):
    top = best(results, eta)
    return top[0] if len(top) > 0 else None
