# loses: swap_rows-rows
def swap_rows(table, i, j):
    table[i], table[j] = table[j], table[i]
