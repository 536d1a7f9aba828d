import numpy as np


def best_trials(results, eta):
    table = np.array(results, dtype=float).reshape(-1, 2)
    finite = table[np.isfinite(table[:, 1])]
    order = np.lexsort((finite[:, 0], finite[:, 1]))
    return finite[order, 0].astype(int)[: len(table) // eta]
