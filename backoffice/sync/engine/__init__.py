"""How lists become rows: a set at a time, never one query a row.

    pages ──► sighting ──► comparing ──► applying ──► checkpoint
                 │             └─ same fingerprint: nothing more is done
                 └─ a bad item ──► quarantine

`reading` walks the pages, `lease` keeps a second run away, `missing` notes what is no longer listed.
"""
