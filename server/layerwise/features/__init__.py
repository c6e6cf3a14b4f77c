"""What an editor may ask about a Dockerfile: a feature takes an analysis, mostly an offset too, and gives plain
data.

The last layer of the core: it knows neither the protocol nor its types.
"""
