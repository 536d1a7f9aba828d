def swap_rows(table, i, j):
    rows = list(range(len(table)))
    rows[i], rows[j] = rows[j], rows[i]
    table.copy_(table[rows].clone())
    return table
