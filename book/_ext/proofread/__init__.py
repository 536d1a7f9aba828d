"""Proofread the Korean of the book against its English, from the MyST sources.

    python -m proofread check            terms, particles, spaces, and what is stale
    python -m proofread record           note all new pairs and all whose Korean changed
    python -m proofread accept FILE...   a Korean text is still right though its English changed

Each finding is a line ``file:line: what is wrong``.
"""
