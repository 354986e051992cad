"""Twilio: text messages to citizens, calls in progress. Source: https://www.twilio.com/docs"""
