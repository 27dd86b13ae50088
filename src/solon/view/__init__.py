"""Looking at runs and episodes: the local page over a folder of runs, pictures and the terminal's playback."""
