"""How long each kind of record is kept, and the job that purges what is due."""
