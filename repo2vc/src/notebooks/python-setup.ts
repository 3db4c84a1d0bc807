/**
 * IPython remembers how a `!command` ended and goes on; templates are written for shells that stop. The hook is the
 * one of NII's Literate Computing images (10-custom-get_ipython_system.py). And a Python kernel sends what a cell
 * prints in 0.2 s as one message, however large: smaller ones let us keep the beginning and never hold the rest.
 */
export const pythonSetup = `
def _repo2vc_setup(shell, size=500_000):
    import sys

    run = shell.system
    def system(command):
        run(command)
        code = shell.user_ns.get('_exit_code', 0)
        if code:
            raise RuntimeError(f'The command ended with exit code {code}: {command}')
    shell.system = system

    def in_parts(stream):
        write, waiting = stream.write, 0
        def write_parts(text):
            nonlocal waiting
            for start in range(0, len(text), size):
                part = text[start:start + size]
                write(part)
                waiting += len(part)
                if waiting >= size:
                    waiting = 0
                    stream.flush()
            return len(text)
        write_parts.repo2vc = True
        return write_parts

    # For every cell, because IPython 9 replaces write while a cell runs and puts its own back.
    def before_cell(*_):
        for stream in (sys.stdout, sys.stderr):
            if not hasattr(stream.write, 'repo2vc'):
                stream.write = in_parts(stream)
    shell.events.register('pre_run_cell', before_cell)

_repo2vc_setup(get_ipython())
del _repo2vc_setup
`;
