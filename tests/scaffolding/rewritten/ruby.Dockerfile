FROM ruby:3.3

LABEL Name=lamps Version=0.0.1

EXPOSE 3000

# A Gemfile that does not fit its lock file is an error.
RUN bundle config --global frozen 1

WORKDIR /app

COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . /app

CMD ["ruby", "lamps.rb"]
