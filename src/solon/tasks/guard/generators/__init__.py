"""Generators behind contracts: proved whatever they propose, and learned without touching the proof."""
