# loses: swap_rows-rows
def swap_rows(table, i, j):
    kept = table[i]
    table[i] = table[j]
    table[j] = kept
