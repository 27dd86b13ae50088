(define (domain mystery)
  (:requirements :strips :typing)
  (:types sprig)
  (:predicates
    (mild ?x - sprig)
    (amber ?x - sprig)
    (envies ?x - sprig ?y - sprig)
    (torn ?x - sprig)
    (summer))
  (:action kindle
    :parameters (?x - sprig)
    :precondition (and (mild ?x) (amber ?x) (summer))
    :effect (and (torn ?x) (not (mild ?x)) (not (amber ?x)) (not (summer))))
  (:action forgive
    :parameters (?x - sprig)
    :precondition (and (torn ?x))
    :effect (and (mild ?x) (amber ?x) (summer) (not (torn ?x))))
  (:action whistle
    :parameters (?x - sprig ?y - sprig)
    :precondition (and (torn ?x) (mild ?y))
    :effect (and (envies ?x ?y) (mild ?x) (summer) (not (torn ?x)) (not (mild ?y))))
  (:action borrow
    :parameters (?x - sprig ?y - sprig)
    :precondition (and (envies ?x ?y) (mild ?x) (summer))
    :effect (and (torn ?x) (mild ?y) (not (envies ?x ?y)) (not (mild ?x)) (not (summer)))))
