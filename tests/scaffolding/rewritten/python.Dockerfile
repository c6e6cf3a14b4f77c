# A web application, as an editor scaffolds it.
FROM python:3-slim

EXPOSE 8000

# No .pyc files in the container.
ENV PYTHONDONTWRITEBYTECODE=1

# Logs come as they are written.
ENV PYTHONUNBUFFERED=1

# The dependencies.
COPY requirements.txt .
RUN python -m pip install -r requirements.txt

WORKDIR /app
# A user without privileges, who may write to the folder.
RUN adduser -u 5678 --disabled-password --gecos "" appuser && chown appuser /app
COPY --chown=appuser:root . /app

USER appuser

CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
