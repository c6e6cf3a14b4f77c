# The stage that builds.
FROM golang:alpine AS builder
RUN apk add --no-cache git
WORKDIR /go/src/app
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go get -d -v ./...
RUN go build -o /go/bin/app -v ./...

# The stage that runs.
FROM alpine:latest
RUN apk --no-cache add ca-certificates
COPY --from=builder /go/bin/app /app
ENTRYPOINT /app
LABEL Name=lamps Version=0.0.1
EXPOSE 3000
