"""Runs a command on a terminal of its own, 100 columns wide. Every line of standard input is a step: `WAIT text` waits
until the screen has shown the text since the last wait, `SEND text` types it (JSON strings, so that \\r and \\u0003 can
be typed). What the screen showed goes to standard output; the exit code is the command's."""

import fcntl, json, os, pty, select, signal, struct, sys, termios, time

steps = [line.rstrip("\n").split(" ", 1) for line in sys.stdin if line.strip()]
pid, screen = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
shown, seen, end = b"", 0, time.monotonic() + 120
while time.monotonic() < end:
    while steps:
        kind, text = steps[0][0], json.loads(steps[0][1]).encode()
        if kind == "WAIT":
            at = shown.find(text, seen)
            if at < 0:
                break
            seen = at + len(text)
        else:
            time.sleep(0.1)  # the program must have begun to read
            os.write(screen, text)
        steps.pop(0)
    if not select.select([screen], [], [], 0.2)[0]:
        continue
    try:
        data = os.read(screen, 65536)
    except OSError:  # the terminal was closed by its last program
        break
    if not data:
        break
    shown += data
else:
    os.kill(pid, signal.SIGKILL)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
_, status = os.waitpid(pid, 0)
if steps:
    sys.stderr.write(f"never came to: {steps}\n")
sys.exit(os.waitstatus_to_exitcode(status))
