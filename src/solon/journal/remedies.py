"""What to do about trouble with files, by the number of the error."""

import errno

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "give yourself the permission, or take another place",
    errno.EPERM: "give yourself the permission, or take another place",
    errno.EROFS: "the file system is read-only: take another place",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of the path is a file: take another place",
    errno.EEXIST: "a file of that name is in the way: take another place",
    errno.EISDIR: "a folder of that name is in the way: take another place",
    errno.ENAMETOOLONG: "take a shorter name",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
}


def remedy(error: OSError) -> str:
    """Return what a person can do about an error of the file system, as half a sentence."""
    return _REMEDIES.get(error.errno or 0, "check the disk and the path")
