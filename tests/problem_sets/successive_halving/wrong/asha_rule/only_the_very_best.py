# loses: asha_rule-values
def promotable(results, promoted, eta, best):
    top = best(results, eta)
    return top[0] if top and top[0] not in promoted else None
