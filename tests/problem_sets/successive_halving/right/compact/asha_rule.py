def promotable(results, promoted, eta, best):
    return next((trial for trial in best(results, eta) if trial not in promoted), None)
