# loses: asha_rule-values
def promotable(results, promoted, eta, best):
    trial = next((trial for trial in best(results, eta) if trial not in promoted), None)
    return trial or None
