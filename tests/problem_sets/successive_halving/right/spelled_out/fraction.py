def best_trials(results, eta):
    num_promoted = int(len(results) / eta)
    left = []
    for trial, error in results:
        if error == error and error != float("inf") and error != float("-inf"):
            left.append((trial, error))
    chosen = []
    while left and len(chosen) < num_promoted:
        winner = left[0]
        for pair in left[1:]:
            if pair[1] < winner[1] or (pair[1] == winner[1] and pair[0] < winner[0]):
                winner = pair
        left.remove(winner)
        chosen.append(winner[0])
    return chosen
