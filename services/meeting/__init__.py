"""The joint meeting (联席会议): owns meetings, resolutions, what co-units hear of them, and the numbers of minutes and resolutions."""
