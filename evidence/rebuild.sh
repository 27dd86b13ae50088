#!/bin/sh
# Make the bundles of the shipped programs again, after a change of a game, a metric, a bound or a program.
# Usage: evidence/rebuild.sh [NAME...]      (from the repository's root, with `solon` on the path; a minute on two cores)
# The first proposal of each is the best of the published kinds of behaviour, so that the card compares with it.
set -eu
[ $# -gt 0 ] || set -- gathering_synthesised cleanup_synthesised cleanup_maximin
for name; do
    case $name in
        gathering_synthesised) seed=101 objective=welfare rival=cooperating ;;
        cleanup_synthesised) seed=102 objective=welfare rival=waste_adaptive ;;
        cleanup_maximin) seed=103 objective=maximin rival=waste_adaptive ;;
        *) echo "rebuild: there is no bundle $name" >&2; exit 2 ;;
    esac
    rm -rf "evidence/$name"
    policies=src/solon/tasks/games/policies
    solon run "${name%%_*}" --option "objective=$objective" --seed $seed --seeds 20 --partner-seeds 3 --quiet \
        --proposer "scripted:$policies/$rival.py,$policies/$name.py" --strategy best-of-n:n=2 --out "evidence/$name"
    rm -f "evidence/$name/lock" "evidence/$name/timing.json" "evidence/$name/report.html"  # drawn anew by solon report
done
