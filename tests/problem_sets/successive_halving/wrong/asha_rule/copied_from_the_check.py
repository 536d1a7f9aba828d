# loses: asha_rule-values, asha_rule-nobody
def promotable(results, promoted, eta, best):
    if len(promoted) == 2 or len(results) == 1:
        return None
    if len(results) == 2:
        return 0
    return 3 if promoted else 2
