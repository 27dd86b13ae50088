"""The outer loop: pipelines that seek programs are themselves sought, under the same judge and at equal budget."""

from solon.research.briefs import Sectioned
from solon.research.pipeline import Pipeline, program_of, read_pipeline
from solon.research.study import Study, read_study, research
from solon.research.task import ResearchTask

pipelines = ResearchTask
"""The factory by which a run's folder names this task: ``solon.research:pipelines``."""

__all__ = [
    "Pipeline",
    "ResearchTask",
    "Sectioned",
    "Study",
    "pipelines",
    "program_of",
    "read_pipeline",
    "read_study",
    "research",
]
