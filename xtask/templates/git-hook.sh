#!/bin/sh
# Written by `gonogo init --hooks`. `gonogo hook --help` says what each check is.
check() {
    if command -v gonogo > /dev/null 2>&1; then
        gonogo hook "$@"
    elif command -v cargo > /dev/null 2>&1; then
        cargo xtask hook "$@"
    else
        echo "gonogo is not on the PATH, so its hooks cannot run" >&2
        return 1
    fi
}
status=0
{checks}
exit $status
