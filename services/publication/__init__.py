"""The publication service: briefings are generated, reviewed, issued and corrected here, and every unit gets its bulletin."""
