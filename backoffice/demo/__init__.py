"""The whole product on one machine with one command, against the stand-in provider. Nothing here is for production."""
