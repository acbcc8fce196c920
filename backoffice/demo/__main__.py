"""`make demo`: migrate, make the people, start every process, begin the first sync, say where to go."""

import os
import signal
import sys
import time
from typing import NoReturn

from .options import DemoOptions, demo_environment, read_options
from .processes import PortTakenError, ProcessEndedError, Processes, check_port, start_all


def main() -> None:
    """Run the demo until Ctrl-C."""
    options = read_options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end_like_control_c)
    try:
        check_port(options.port, variable="PORT")
        check_port(options.provider_port, variable="PROVIDER_PORT")
        _run(options)
    except (PortTakenError, ProcessEndedError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nEverything is stopped. Your data stays for the next `make demo`.")


def _run(options: DemoOptions) -> None:
    started = time.monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    environment = demo_environment(options)
    os.environ.clear()
    os.environ.update(environment)
    passwords = _prepare(options)
    with Processes(environment=environment, logs=options.folder / "logs") as processes:
        start_all(processes, options)
        _print_welcome(options, passwords)
        _first_sync(processes, started)
        if options.subscribes:
            _subscribe_to_events()
        while True:
            processes.check()
            time.sleep(0.5)


def _prepare(options: DemoOptions) -> dict[str, str]:
    import django  # noqa: PLC0415 - only now stands the environment that the settings read

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from .people import create_people  # noqa: PLC0415

    print("Preparing the database …")
    call_command("migrate", verbosity=0, interactive=False)
    return create_people(new_passwords=options.new_passwords)


def _print_welcome(options: DemoOptions, passwords: dict[str, str]) -> None:
    print(f"\n  The back office: {options.address}\n")
    if passwords:
        print("  Sign in as one of these. The passwords are shown this once:")
        for username, password in passwords.items():
            print(f"    {username:<14} {password}")
    else:
        print("  The sign-ins of last time still work (make demo DEMO=--new-passwords makes new ones).")
    print(f"\n  Logs: {options.folder / 'logs'}. Ctrl-C stops everything.\n", flush=True)


def _subscribe_to_events() -> None:
    from .subscriptions import subscribe_to_events  # noqa: PLC0415 - needs Django set up

    subscribe_to_events()


def _first_sync(processes: Processes, started: float) -> None:
    from .first_sync import follow_first_sync, request_first_sync  # noqa: PLC0415 - needs Django set up

    if request_first_sync():
        follow_first_sync(check=processes.check, started=started)


def _end_like_control_c(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
