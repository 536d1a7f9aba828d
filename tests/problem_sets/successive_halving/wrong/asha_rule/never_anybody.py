# loses: asha_rule-values, asha_rule-nobody
def promotable(results, promoted, eta, best):
    return None
