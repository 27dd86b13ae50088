"""Small domains in all dialects, and random problems of them, for the tests of planning."""

import random
from collections.abc import Callable
from typing import Final

BLOCKS: Final = """
(define (domain blocks)
  (:requirements :strips)
  (:predicates (clear ?x) (table ?x) (on ?x ?y) (held ?x) (free))
  (:action take :parameters (?x) :precondition (and (clear ?x) (table ?x) (free))
    :effect (and (held ?x) (not (clear ?x)) (not (table ?x)) (not (free))))
  (:action put :parameters (?x) :precondition (held ?x)
    :effect (and (clear ?x) (table ?x) (free) (not (held ?x))))
  (:action stack :parameters (?x ?y) :precondition (and (held ?x) (clear ?y))
    :effect (and (on ?x ?y) (clear ?x) (free) (not (held ?x)) (not (clear ?y))))
  (:action unstack :parameters (?x ?y) :precondition (and (on ?x ?y) (clear ?x) (free))
    :effect (and (held ?x) (clear ?y) (not (clear ?x)) (not (free)) (not (on ?x ?y)))))
"""

ROADS: Final = """
(define (domain roads)
  (:requirements :strips :typing :action-costs)
  (:types van - vehicle vehicle parcel - thing place thing)
  (:predicates (at ?t - thing ?p - place) (in ?c - parcel ?v - van) (road ?a ?b - place))
  (:functions (total-cost) - number (far ?a ?b - place) - number)
  (:action drive :parameters (?v - van ?a ?b - place) :precondition (and (at ?v ?a) (road ?a ?b))
    :effect (and (not (at ?v ?a)) (at ?v ?b) (increase (total-cost) (far ?a ?b))))
  (:action load :parameters (?c - parcel ?v - van ?a - place) :precondition (and (at ?v ?a) (at ?c ?a))
    :effect (and (not (at ?c ?a)) (in ?c ?v) (increase (total-cost) 1)))
  (:action unload :parameters (?c - parcel ?v - van ?a - place) :precondition (and (at ?v ?a) (in ?c ?v))
    :effect (and (at ?c ?a) (not (in ?c ?v)) (increase (total-cost) 2))))
"""

LAMPS: Final = """
(define (domain lamps)
  (:requirements :adl)
  (:types lamp room)
  (:constants master - lamp)
  (:predicates (lit ?l - lamp) (inside ?l - lamp ?r - room) (here ?r - room) (linked ?l ?m - lamp) (broken ?l - lamp))
  (:action walk :parameters (?r ?s - room)
    :precondition (and (here ?r) (not (= ?r ?s)) (or (lit master) (exists (?l - lamp) (and (inside ?l ?r) (lit ?l)))))
    :effect (and (not (here ?r)) (here ?s)))
  (:action press :parameters (?l - lamp ?r - room)
    :precondition (and (here ?r) (inside ?l ?r) (not (broken ?l)))
    :effect (and (when (lit ?l) (not (lit ?l))) (when (not (lit ?l)) (lit ?l))
      (forall (?m - lamp) (when (and (linked ?l ?m) (not (broken ?m))) (lit ?m)))))
  (:action mend :parameters (?l - lamp)
    :precondition (forall (?m - lamp) (imply (linked ?l ?m) (not (lit ?m))))
    :effect (not (broken ?l))))
"""

STORE: Final = """
(define (domain store)
  (:requirements :strips :typing)
  (:types area crate - surface shelf truck - area house)
  (:predicates (in ?x - (either shelf crate) ?h - house)
    (next ?a ?b - area) (on ?c - crate ?s - area) (empty ?a - area))
  (:action shift :parameters (?c - crate ?a ?b - area) :precondition (and (on ?c ?a) (next ?a ?b) (empty ?b))
    :effect (and (not (on ?c ?a)) (on ?c ?b) (empty ?a) (not (empty ?b))))
  (:action mark :parameters (?x - (either shelf crate) ?h - house) :precondition (not (in ?x ?h))
    :effect (in ?x ?h)))
"""

WORKSHOP: Final = """
; constants declared as objects of the problem only, an action and a predicate of one name, types without :typing
(define (domain workshop)
  (:types tool part box)
  (:predicates (open ?b - box) (within ?t - tool ?b - box) (have ?t - tool) (loose ?p - part) (off ?p - part))
  (:action open :parameters (?b - box) :precondition (not (open ?b)) :effect (open ?b))
  (:action fetch :parameters (?t - tool ?b - box) :precondition (and (open ?b) (within ?t ?b))
    :effect (and (have ?t) (not (within ?t ?b))))
  (:action loosen :parameters (?p - part) :precondition (have wrench) :effect (loose ?p))
  (:action undo :parameters (?p - part) :precondition (and (have wrench) (loose ?p))
    :effect (and (off ?p) (not (loose ?p)))))
"""

WORKSHOP_PROBLEM: Final = """
(define (problem w1) (:domain workshop)
  (:objects wrench hammer - tool boot - box n1 n2 - part)
  (:init (within wrench boot) (within hammer boot))
  (:goal (and (off n1) (off n2) (not (have hammer)))))
"""

ROOMS: Final = """
(define (domain rooms)
  (:requirements :strips :typing)
  (:types room object robot gripper)
  (:predicates (where ?r - robot ?x - room) (at ?o - object ?x - room) (holds ?r - robot ?o - object ?g - gripper)
    (free ?r - robot ?g - gripper))
  (:action go :parameters (?r - robot ?x ?y - room) :precondition (where ?r ?x)
    :effect (and (where ?r ?y) (not (where ?r ?x))))
  (:action pick :parameters (?r - robot ?o - object ?x - room ?g - gripper)
    :precondition (and (at ?o ?x) (where ?r ?x) (free ?r ?g))
    :effect (and (holds ?r ?o ?g) (not (at ?o ?x)) (not (free ?r ?g))))
  (:action drop :parameters (?r - robot ?o - object ?x - room ?g - gripper)
    :precondition (and (where ?r ?x) (holds ?r ?o ?g))
    :effect (and (at ?o ?x) (free ?r ?g) (not (holds ?r ?o ?g)))))
"""

ROOMS_PROBLEM: Final = """
(define (problem r1) (:domain rooms)
  (:objects rob - robot r1 r2 - room b1 b2 - object left right - gripper)
  (:init (where rob r1) (free rob left) (free rob right) (at b1 r1) (at b2 r2))
  (:goal (and (at b1 r2) (at b2 r1))))
"""


def blocks(dice: random.Random, count: int = 4) -> str:
    """Return a random problem of blocks."""
    names = [f"b{index}" for index in range(count)]
    start, goal = _towers(names, dice), _towers(names, dice)
    facts = [f"(on {top} {below})" for tower in start for top, below in zip(tower[1:], tower, strict=False)]
    facts += [f"(table {tower[0]}) (clear {tower[-1]})" for tower in start]
    wanted = [f"(on {top} {below})" for tower in goal for top, below in zip(tower[1:], tower, strict=False)]
    wanted += [f"(table {tower[0]})" for tower in goal]
    return _problem("blocks", " ".join(names), ["(free)", *facts], wanted)


def _towers(names: list[str], dice: random.Random) -> list[list[str]]:
    towers: list[list[str]] = []
    for name in dice.sample(names, len(names)):
        choice = dice.randrange(len(towers) + 1)
        if choice == len(towers):
            towers.append([name])
        else:
            towers[choice].append(name)
    return towers


def roads(dice: random.Random, places: int = 4, parcels: int = 2) -> str:
    """Return a random problem of vans and parcels, with costs; some have no plan."""
    towns = [f"p{index}" for index in range(places)]
    facts: list[str] = []
    for a in towns:
        for b in towns:
            if a != b and dice.random() < 0.5:
                facts += [f"(road {a} {b})", f"(= (far {a} {b}) {dice.randint(0, 9)})"]
    facts.append(f"(at v {dice.choice(towns)})")
    goods = [f"c{index}" for index in range(parcels)]
    facts += [f"(at {c} {dice.choice(towns)})" for c in goods]
    wanted = [f"(at {c} {dice.choice(towns)})" for c in goods]
    objects = f"v - van {' '.join(goods)} - parcel {' '.join(towns)} - place"
    return _problem("roads", objects, facts, wanted, "(:metric minimize (total-cost))")


def lamps(dice: random.Random, count: int = 3, rooms: int = 2) -> str:
    """Return a random problem of lamps with conditional effects; some have no plan."""
    bulbs, places = [f"l{index}" for index in range(count)], [f"r{index}" for index in range(rooms)]
    every = ["master", *bulbs]
    facts = [f"(here {dice.choice(places)})"]
    facts += [f"(inside {lamp} {dice.choice(places)})" for lamp in every]
    facts += [f"(lit {lamp})" for lamp in every if dice.random() < 0.3]
    facts += [f"(broken {lamp})" for lamp in every if dice.random() < 0.3]
    facts += [f"(linked {a} {b})" for a in every for b in every if a != b and dice.random() < 0.25]
    wanted = [f"(lit {lamp})" if dice.random() < 0.6 else f"(not (lit {lamp}))" for lamp in dice.sample(every, 2)]
    wanted.append(f"(here {dice.choice(places)})")
    if dice.random() < 0.3:
        wanted.append("(or (lit master) (exists (?l - lamp) (broken ?l)))")
    return _problem("lamps", f"{' '.join(bulbs)} - lamp {' '.join(places)} - room", facts, wanted)


def store(dice: random.Random, areas: int = 4, crates: int = 2) -> str:
    """Return a random problem of crates on areas in a circle."""
    names = [f"a{index}" for index in range(areas)]
    boxes = [f"c{index}" for index in range(crates)]
    facts = [f"(next {names[i]} {names[i - 1]}) (next {names[i - 1]} {names[i]})" for i in range(areas)]
    taken, wanted = dice.sample(names, crates), dice.sample(names, crates)
    facts += [f"(on {c} {a})" for c, a in zip(boxes, taken, strict=True)]
    facts += [f"(empty {a})" for a in names if a not in taken]
    goals = [f"(on {c} {a})" for c, a in zip(boxes, wanted, strict=True)]
    goals.append(f"(in {dice.choice([*boxes, *names[:-1]])} h)")
    objects = f"{' '.join(boxes)} - crate {' '.join(names[:-1])} - shelf {names[-1]} - truck h - house"
    return _problem("store", objects, facts, goals)


def _problem(domain: str, objects: str, facts: list[str], goals: list[str], metric: str = "") -> str:
    return (
        f"(define (problem {domain}-1) (:domain {domain})\n (:objects {objects})\n (:init {' '.join(facts)})\n"
        f" (:goal (and {' '.join(goals)}))\n {metric})"
    )


def workshop(dice: random.Random) -> str:
    """Return the problem of the workshop."""
    return WORKSHOP_PROBLEM


def rooms(dice: random.Random) -> str:
    """Return the problem of the rooms."""
    return ROOMS_PROBLEM


WORLDS: Final[dict[str, tuple[str, Callable[[random.Random], str]]]] = {
    "blocks": (BLOCKS, blocks),
    "roads": (ROADS, roads),
    "lamps": (LAMPS, lamps),
    "store": (STORE, store),
    "workshop": (WORKSHOP, workshop),
    "rooms": (ROOMS, rooms),
}
