"""Goes into a packaged pipeline: registers the components it is made of, which Vigie, installed beside it, provides."""

from nlp_models import components as components
