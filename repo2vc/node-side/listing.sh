#!/bin/sh
# Tells which files of a folder changed since they were placed. Runs on the node, in its home, as the node's user.
#
#   listing.sh record DIRECTORY   remembers the files of DIRECTORY in .repo2vc/placed
#   listing.sh placed             prints what was remembered
#   listing.sh now DIRECTORY      prints the files of DIRECTORY as they are
#   listing.sh hash DIRECTORY     prints the SHA-256 of the files whose names (NUL after each) it reads
#
# A listing is records, NUL after each: "d DIRECTORY", "s SIZE MTIME CTIME ./PATH", "h SHA256  ./PATH". It exits with 3
# when nothing was remembered or the folder is gone, with 4 when the folder leads out of the home.
set -u
LC_ALL=C
export LC_ALL
umask 077

enter() {
  home=$(pwd -P)
  cd -P -- "./$1" 2>/dev/null || exit 3
  case "$(pwd -P)/" in
    "$home"/*) ;;
    *) exit 4 ;;
  esac
}

# What programs write for themselves is nobody's work.
files() {
  find . -type d \( -name .ipynb_checkpoints -o -name __pycache__ -o -name .repo2vc -o -name .cache -o -name .local \
    -o -name .config -o -name .ipython -o -name .jupyter \) -prune -o -type f "$@"
}

states() {
  files -exec stat --printf='s %s %.9Y %.9Z %n\0' -- {} +
}

case $1 in
  record)
    mkdir -p .repo2vc || exit 1
    (
      enter "$2"
      printf 'd %s\0' "$2"
      states
      files -exec sha256sum -z -- {} + | sed -z 's/^/h /'
    ) >.repo2vc/placed.new || exit $?
    mv -f .repo2vc/placed.new .repo2vc/placed
    ;;
  placed)
    [ -f .repo2vc/placed ] || exit 3
    cat .repo2vc/placed
    ;;
  now)
    enter "$2"
    states
    ;;
  hash)
    enter "$2"
    xargs -0 -r sha256sum -z -- | sed -z 's/^/h /'
    ;;
esac
